/** Logits are capped to ±15 by `15 tanh(z / 15)`, in every form of the model. */
export const softcap = 15
