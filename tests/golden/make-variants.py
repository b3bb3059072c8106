"""
Makes variants.json: what nanochat's later models compute, as golden figures.

    for COMMIT in e85db6b 6ed7d1d 92d63d4: python make-variants.py CHECKOUT_OF_COMMIT VARIANT >> lines

CHECKOUT is nanochat at that commit; VARIANT the name of the form in src-main/model/variants. Attention is computed
without FlashAttention, and the rotary table is rounded to bfloat16 as it is on a GPU. variants.json is the list of the
three lines printed.
"""

import json
import sys
import types

import torch
import torch._dynamo
import torch.nn.functional as F

torch._dynamo.config.disable = True
checkout, variant = sys.argv[1:]
sys.path.insert(0, checkout)


class Attention:
    @staticmethod
    def flash_attn_func(q, k, v, causal, window_size):
        q, k, v = (x.transpose(1, 2) for x in (q, k, v))
        k, v = (x.repeat_interleave(q.size(1) // k.size(1), 1) for x in (k, v))
        distance = torch.arange(q.size(2))[:, None] - torch.arange(q.size(2))[None]
        seen = (distance >= 0) & (distance <= window_size[0])
        return F.scaled_dot_product_attention(q, k, v, attn_mask=seen).transpose(1, 2)


stand_in = types.ModuleType("nanochat.flash_attention")
stand_in.flash_attn = Attention
kernels = types.ModuleType("kernels")  # where the commit loads FlashAttention itself
kernels.get_kernel = lambda name: types.SimpleNamespace(flash_attn_interface=Attention)
sys.modules |= {"nanochat.flash_attention": stand_in, "kernels": kernels}

from nanochat import gpt  # noqa: E402

config = dict(sequence_len=400, vocab_size=100, n_layer=4, n_head=4, n_kv_head=2, n_embd=64, window_pattern="SSL")


def numbers(name, parameter, index):
    """Numbers that another language makes the same way (variant.test.ts does)."""
    table = "wte" in name or "value_embeds" in name
    scale = 0.3 if parameter.ndim == 2 and not table else 1.0
    at = torch.arange(parameter.numel(), dtype=torch.int64)
    values = ((at * 7919 + index * 104729) % 2003 - 1001).double() / 1001 * scale
    if name == "resid_lambdas":
        values = values * 0.1 + 1
    return values.float().view(parameter.shape)


model = gpt.GPT(gpt.GPTConfig(**config))
model.init_weights()
model.cos, model.sin = (x.bfloat16().to(x.dtype) for x in (model.cos, model.sin))
with torch.no_grad():
    for index, (name, parameter) in enumerate(model.state_dict().items()):
        parameter.copy_(numbers(name, parameter, index))

at = torch.arange(2 * 280)
inputs, targets = (at * 37 % 100).view(2, 280), (at * 53 % 100).view(2, 280)
targets[0, 5] = -1
per_token = model(inputs, targets, loss_reduction="none").view(-1)
loss = model(inputs, targets)
loss.backward()
print(
    json.dumps(
        {
            "variant": variant,
            "config": config,
            "names": list(model.state_dict()),
            "shapes": {name: list(x.shape) for name, x in model.state_dict().items()},
            "loss": loss.item(),
            "loss_per_token": per_token[::20].tolist(),
            "grad_norms": {name: x.grad.norm().item() for name, x in model.named_parameters()},
            "flops_per_token": model.estimate_flops(),
            "num_params": sum(x.numel() for x in model.parameters()),
        }
    )
)
