"""Makes token_ids.txt and token_texts.txt with Hugging Face's tokenizer.

  pip install -r requirements.txt && python3 make_token_ids.py

token_ids.txt has a line a text: its bytes in hexadecimal, the ids filled up to
N = 24, the attention mask. token_texts.txt has a line a list of ids: the ids,
and the UTF-8 bytes that the tokenizer makes of them, in hexadecimal.
"""
import pathlib

from transformers import PerceiverTokenizer

N = 24
TEXTS = ["Hi", "a [MASK] b", "[MASK][MASK]", " [MASK] ", "[mask]", "[MASK",
         "[[MASK]]", "[CLS]x[SEP][PAD][BOS][EOS]", "é€😀", "a\n\tb  ", "",
         "\x00\x7f", "[MASK]\n", "ﬁ e\u0301 ]", "[[PAD][MASK]", "[M[MASK]ASK]"]
BYTES = [b"plain", "é€😀".encode(), b"\xc3(", b"\xe2\x82", b"\xe2\x82A",
         b"\xf0\x9f\x98", b"\x80\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80",
         b"\xc0\xaf", b"\xff\xfe", b"\xe0\x80\x80", b"\xf0\x80A",
         b"\xf4\x8f\xbf\xbf", b"\xf1\x80\x80\xc3\xa9"]


def main():
    folder = pathlib.Path(__file__).parent
    tokenizer = PerceiverTokenizer()
    lines = []
    for text in TEXTS:
        made = tokenizer(text, padding="max_length", max_length=N)
        lines.append(f"{text.encode().hex()}|{' '.join(map(str, made['input_ids']))}"
                     f"|{' '.join(map(str, made['attention_mask']))}\n")
    (folder / "token_ids.txt").write_text("".join(lines))

    # A mask within a character cuts it in two.
    lists = [[6 + byte for byte in some] for some in BYTES]
    lists += [[4, 78, 111, 3, 5, 0, 0], [201, 3, 175], [1, 2]]
    (folder / "token_texts.txt").write_text("".join(
        f"{' '.join(map(str, ids))}|{tokenizer.decode(ids).encode().hex()}\n"
        for ids in lists))


if __name__ == "__main__":
    main()
