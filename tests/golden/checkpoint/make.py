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

# Tensors that are views of a storage, every number format, and plain values around them.
base = torch.arange(24, dtype=torch.float32).reshape(4, 6)
torch.save(
    {
        "base": base,
        "transposed": base.T,
        "rows": base[1:3],
        "columns": base[:, 2:4],
        "scalar": torch.tensor(2.5),
        "empty": torch.zeros(0, 3),
        "bfloat16": torch.tensor([1.0, -2.5, 3.140625], dtype=torch.bfloat16),
        "float16": torch.tensor([1.0, -2.5, 6.1035e-05, 65504.0], dtype=torch.float16),
        "int32": torch.tensor([-1, 2**31 - 1], dtype=torch.int32),
        "int64": torch.tensor([-(2**62), 2**53 + 1], dtype=torch.int64),
        "parameter": torch.nn.Parameter(torch.ones(2)),
        "plain": [None, True, 7, -1, 70000, 2**40, 0.5, "text", ("a", 1), {"nested": [1, 2]}],
    },
    HERE / "views.pt",
)
torch.save({"weight": torch.zeros(2, dtype=torch.float64)}, HERE / "float64.pt")
torch.serialization.set_crc32_options(False)
torch.save({"weight": torch.arange(3.0)}, HERE / "no-checksums.pt")
torch.save({"weight": torch.arange(3.0)}, HERE / "legacy.pt", _use_new_zipfile_serialization=False)
