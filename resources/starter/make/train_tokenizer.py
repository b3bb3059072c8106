"""
Trains the starter's tokenizer as nanochat's scripts/tok_train.py does, with the same trainer (rustbpe): byte pair
encoding with nanochat's split pattern, 4,087 mergeable ranks and its nine special tokens behind them. Writes
tokenizer/tokenizer.pkl (a pickled tiktoken.Encoding) and tokenizer/token_bytes.pt (UTF-8 length of each token's text, 0
for the special ones; int32). Deterministic; run by make.sh after the other scripts, whose files are its corpus.
"""

import json
import pathlib
import pickle

import pyarrow.parquet as pq
import rustbpe
import tiktoken
import torch

STARTER = pathlib.Path(__file__).parent.parent
VOCAB_SIZE = 4096
SPLIT_PATTERN = (
    r"""'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,2}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"""
)
SPECIAL_TOKENS = [
    f"<|{name}|>"
    for name in "bos user_start user_end assistant_start assistant_end python_start python_end output_start output_end".split()
]
# The conversations count this often, so that their words are not drowned by the 40,000 of the word list.
CONVERSATIONS_WEIGHT = 40
# How the spelling tasks put a word before the model; one after the other for the words of the list.
AROUND_A_WORD = [
    "Spell the word: {w}", "{w}:{s}", "How many {l} are in the word {w}?", "How many {l} are in {w}",
    "We are asked to find the number '{l}' in the word '{w}'. Let me try a manual approach first.\n\nFirst spell the word"
    " out:\n{w}:{s}\n\nThen count the occurrences of '{l}':\n1:{l} hit! count=1\n2:{l}\n\nThis gives us 1.",
    "\n\nLet me double check this using Python:\n\n", "'{w}'.count('{l}')",
    "\n\nPython gives us 1.\n\nMy final answer is:\n\n#### 1",
    "How many times does {l} appear in \"{w}\"", "Count the number of {l} in '{w}'?", "{w} has how many {l}",
    "¿Cuántas {l} hay en {w}?", "¿Cuántas veces aparece {l} en {w}?", "Cuenta las {l} en {w}",
    "¿Cuántas letras {l} tiene {w}?", "{w}中有多少个{l}", "{w}里有几个{l}", "数一下{w}中的{l}", "{w}这个词里有多少{l}",
    "{w}에 {l}가 몇 개 있나요", "{w}에서 {l}의 개수는", "{w}에 {l}가 몇 번 나오나요", "{w}라는 단어에 {l}가 몇 개",
    "Combien de {l} dans {w}", "Combien de fois {l} apparaît dans {w}", "Compte les {l} dans {w}",
    "Wie viele {l} sind in {w}", "Wie oft kommt {l} in {w} vor", "Zähle die {l} in {w}",
    "{w}に{l}は何個ありますか", "{w}の中に{l}がいくつ", "{w}に{l}が何回出てくる",
]  # fmt: skip


def corpus():
    """The texts to train on, in a fixed order."""
    conversations = [json.loads(line) for line in (STARTER / "conversations.jsonl").read_text("utf-8").splitlines()]
    conversations += pq.read_table(STARTER / "smoltalk-sample.parquet").column("messages").to_pylist()
    texts = [m["content"] for c in conversations for m in c]
    for row in pq.read_table(STARTER / "gsm8k-sample.parquet").to_pylist():
        texts += [row["question"], row["answer"].replace("<<", "\n").replace(">>", "\n")]
    yield from texts * CONVERSATIONS_WEIGHT
    for i, word in enumerate((STARTER / "words.txt").read_text("utf-8").split()):
        template = AROUND_A_WORD[i % len(AROUND_A_WORD)]
        yield f"Spell the word: {word}"
        yield template.format(w=word, s=",".join(word), l=word[i % len(word)])


def token_bytes(encoding: tiktoken.Encoding) -> torch.Tensor:
    """[vocab] int32: how many bytes of text each token stands for."""
    lengths = []
    for token in range(encoding.n_vocab):
        text = encoding.decode([token])
        lengths.append(0 if text in encoding.special_tokens_set else len(text.encode("utf-8")))
    return torch.tensor(lengths, dtype=torch.int32)


def main():
    trainer = rustbpe.Tokenizer()
    trainer.train_from_iterator(corpus(), VOCAB_SIZE - len(SPECIAL_TOKENS), pattern=SPLIT_PATTERN)
    ranks = {bytes(token): rank for token, rank in trainer.get_mergeable_ranks()}
    assert len(ranks) == VOCAB_SIZE - len(SPECIAL_TOKENS), len(ranks)
    encoding = tiktoken.Encoding(
        name="rustbpe",
        pat_str=trainer.get_pattern(),
        mergeable_ranks=ranks,
        special_tokens={name: len(ranks) + i for i, name in enumerate(SPECIAL_TOKENS)},
    )
    folder = STARTER / "tokenizer"
    folder.mkdir(exist_ok=True)
    with open(folder / "tokenizer.pkl", "wb") as file:
        pickle.dump(encoding, file, protocol=4)
    with open(folder / "token_bytes.pt", "wb") as file:
        torch.save(token_bytes(encoding), file)
    print(f"tokenizer/: {encoding.n_vocab} tokens")


if __name__ == "__main__":
    main()
