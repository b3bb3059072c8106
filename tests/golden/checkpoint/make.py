"""
Makes the golden checkpoint in this folder with nanochat's own code (commit 43c29dd) and torch on a CPU: a tiny model,
three steps of its two optimizers, and its save_checkpoint.

    TORCHDYNAMO_DISABLE=1 python make.py PATH_TO_NANOCHAT
"""

import pathlib
import sys
import types

import torch

sys.path.insert(0, sys.argv[1])
sys.modules["kernels"] = types.SimpleNamespace(get_kernel=lambda _: types.SimpleNamespace(flash_attn_interface=None))  # CUDA only
from nanochat.checkpoint_manager import save_checkpoint  # noqa: E402
from nanochat.gpt import GPT, GPTConfig  # noqa: E402

HERE = pathlib.Path(__file__).parent
CONFIG = dict(sequence_len=32, vocab_size=70, n_layer=2, n_head=2, n_kv_head=1, n_embd=32, window_pattern="SL")

torch.manual_seed(7)
model = GPT(GPTConfig(**CONFIG))
model.init_weights()
model.transformer.wte.to(dtype=torch.bfloat16)  # as a model trained on CUDA has it
optimizers = model.setup_optimizers(weight_decay=0.1)
for _ in range(3):
    # Gradients out of thin air: the file's form is what matters here.
    for parameter in model.parameters():
        parameter.grad = torch.randn_like(parameter)
    for optimizer in optimizers:
        optimizer.step()
meta = {"step": 3, "val_bpb": float("inf"), "model_config": CONFIG, "user_config": {"run": "golden"}, "device_batch_size": 2}
save_checkpoint(str(HERE), 3, model.state_dict(), [o.state_dict() for o in optimizers], meta)
