"""Classifiers of //experiments:learn, with what Hugging Face answers with their weights.

    python -m pip install -r pretrained/golden/requirements.txt
    ./bazelw build //pretrained:export //experiments/learning/run:trained_cases
    python -m pretrained.golden.make_trained     # in the folder of the WORKSPACE

Writes pretrained/golden/trained/NAME/: config.json and model.safetensors as a learning run
writes them, in.npy, and in out.npy what transformers answers with the exported model. Weights
and inputs are drawn in trained_cases.cc.
"""
import pathlib
import shutil
import subprocess
import tempfile

import numpy as np
import torch
import transformers

FOLDER = pathlib.Path(__file__).parent / "trained"
BUILT = pathlib.Path("bazel-bin")
CASES = {"text_alike": "PerceiverForSequenceClassification", "first_read": "PerceiverModel"}


def theirs(exported, architecture, given):
    """The answer, of a model whose every weight was in the file."""
    model, report = getattr(transformers, architecture).from_pretrained(
        exported, output_loading_info=True)
    assert not any(report.values()), report
    with torch.no_grad():
        answer = model.eval()(torch.from_numpy(given))
    return answer.last_hidden_state if architecture == "PerceiverModel" else answer.logits


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    with tempfile.TemporaryDirectory() as scratch:
        written = pathlib.Path(scratch)
        subprocess.run([BUILT / "experiments/learning/run/trained_cases", written], check=True)
        for name, architecture in CASES.items():
            case, exported = FOLDER / name, written / name / "exported"
            subprocess.run([BUILT / "pretrained/trained/export", "--checkpoint", written / name,
                            "--out", exported], check=True)
            case.mkdir(parents=True)
            for file in ("config.json", "model.safetensors"):
                shutil.copy(written / name / file, case)
            given = np.load(written / name / "in.npy")
            if name.startswith("text"):
                given = given[..., 0].astype(np.int64)
            out = theirs(exported, architecture, given)
            np.save(case / "in.npy", given)
            np.save(case / "out.npy", out.numpy())
            own = np.load(written / name / "out.npy").reshape(len(given), -1)
            if name.startswith("text"):
                print("from our own logits", abs(own - out.numpy()).max() / abs(own).max())
            print(name, transformers.__version__, given.shape, tuple(out.shape))


if __name__ == "__main__":
    main()
