"""A small learning run with known numbers, for tests: written as `learn` writes its own."""
import csv
import json
import math

import numpy

COLUMNS = ("schema experiment definition_sha256 run_id learner contestant task positions latents "
           "N M B C D H L O batch optimiser schedule threads scalar parameters seed step examples "
           "seconds macs split asked_of loss accuracy train_loss gradient_norm rate "
           "latent_information distinct_latents latent_entropy position_information "
           "content_information status reason").split()
DEFINITION = 'shows = "That <b>M</b> & seeds matter."\ntask = "digits"\nsteps = 200\n'
TASK = "digits(noise=0, size=8)"
STEPS = (0, 100, 200)
BATCH = 64
# Contestant, what its id has besides, seconds a step, MACs of an example.
PERCEIVER = ("perceiver(cross_heads=1)", {"M": 8, "B": 1, "D": 32}, 0.01, 2e6)
WIDER = ("perceiver(cross_heads=1)", {"M": 16, "B": 1, "D": 32}, 0.02, 5e6)
TRANSFORMER = ("transformer", {"B": 1, "D": 32}, 0.04, 9e6)
LEARNERS = (PERCEIVER, WIDER, TRANSFORMER)


def identity(learner):
    contestant, letters, _, _ = learner
    return "/".join([contestant, TASK] + [f"{key}={value}" for key, value in letters.items()])


def accuracy(seed, step):
    """0.1 at first; at step 200 0.81, 0.82, 0.86, 0.8 with seeds 1 to 4."""
    return 0.1 if step == 0 else 0.5 + 0.0015 * step + {1: 0.01, 2: 0.02, 3: 0.06, 4: 0}[seed]


def row(learner, seed, step, split="held_out", **keys):
    contestant, letters, pace, macs = learner
    has_latents = "M" in letters and split == "held_out"
    information = 0.2 + 0.003 * step + 0.01 * seed
    # So that a test is no copy of what is held out, and gaps differ.
    off = {"held_out": 0, "test": -0.01, "train": 0.02 * seed}[split]
    return {"learner": identity(learner), "contestant": contestant, "task": TASK, **letters,
            "batch": BATCH, "threads": 2, "parameters": 12345, "seed": seed, "step": step,
            "examples": step * BATCH, "seconds": step * pace * (1 + 0.1 * seed),
            "macs": step * BATCH * macs, "split": split,
            "accuracy": accuracy(seed, step) + off, "loss": 2 * math.exp(-step / 100) + 0.01 * seed,
            "train_loss": math.exp(-step / 100) if step else "",
            "latent_information": information if has_latents else "",
            "distinct_latents": math.exp(information) if has_latents else "", "status": "ok",
            **keys}


def curve(learner, seed, steps=STEPS, status="ok", reason=""):
    """All rows of a learner with one seed."""
    ends = [row(learner, seed, steps[-1], split, status=status, reason=reason)
            for split in ("train", "test")]
    return [row(learner, seed, step) for step in steps] + ends


def failure(learner, seed, step, reason):
    return row(learner, seed, step, accuracy="", loss="", latent_information="",
               distinct_latents="", status="failed", reason=reason)


def rows(learners=LEARNERS, seeds=(1, 2, 3)):
    return [each for seed in seeds for learner in learners for each in curve(learner, seed)]


def verdicts():
    """As judge_curves lists them."""
    common = {"source": "this suite's <target>", "experiment": "trial"}
    return [{**common, "id": "soon", "statement": "It learns & soon", "expected": "SUPPORTED",
             "verdict": "SUPPORTED", "reason": "3 of 3 seeds in 0.9 s"},
            {**common, "id": "apart", "statement": "Latents come apart", "expected": "SUPPORTED",
             "verdict": "REFUTED", "reason": "0.2 nats of 1"}]


def write_run(folder, found=None, judged=None, experiment="trial"):
    """`judged` are verdicts, if there are some."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "curves.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        for each in rows() if found is None else found:
            writer.writerow({"schema": 1, "experiment": experiment, "run_id": "1-1",
                             "definition_sha256": "0", **each})
    (folder / "manifest.json").write_text(json.dumps({
        "schema": 1, "experiment": experiment, "run_id": "1-1",
        "definition": {"text": DEFINITION, "contestants": ["perceiver", "transformer"]},
        "settings": {"threads": 2, "seeds": [1, 2, 3], "scalar": "float"}}, indent=2))
    if judged is not None:
        (folder / "verdicts.json").write_text(json.dumps(judged, indent=1))


def write_latents(folder, name, maps, rise=None):
    """Files of the learner and seed NAME: maps [2, M, N], and {class: rise by latent}."""
    latents = folder / "latents"
    latents.mkdir(parents=True, exist_ok=True)
    numpy.save(latents / f"{name}-maps.npy", numpy.asarray(maps, numpy.float32))
    if rise is not None:
        lines = ["latent,class,examples,loss,loss_rise"] + [
            f"{latent},{each},{len(each)},0.5,{value}" for each, values in rise.items()
            for latent, value in enumerate(values)]
        (latents / f"{name}-loss.csv").write_text("\n".join(lines) + "\n")
