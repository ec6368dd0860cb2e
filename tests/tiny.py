"""A causal model of a few thousand weights with a tokenizer of single letters: real code paths in milliseconds."""

from __future__ import annotations

import string
from pathlib import Path

import torch
from tokenizers import AddedToken, Regex, Tokenizer, models, pre_tokenizers, processors
from transformers import (
    Gemma3ForCausalLM,
    Gemma3TextConfig,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen2ForCausalLM,
)

from chatbot import prompts

LETTERS = string.ascii_letters + string.digits + string.punctuation + " \nąćęłńóśźżĄĆĘŁŃÓŚŹŻ§–…„”"


def tiny_model(folder: Path) -> Path:
    """A Gemma of two layers, saved as `transformers` saves one; random weights, the same every time."""
    fast = _tokenizer(folder)
    torch.manual_seed(0)
    Gemma3ForCausalLM(_gemma(len(fast))).save_pretrained(folder)
    return folder


def chat_model(folder: Path, family: str) -> Path:
    """A causal model of two layers of that family (gemma, llama, qwen), without a chat template."""
    size = len(_tokenizer(folder))
    shape = {"vocab_size": size, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2,
             "num_attention_heads": 2, "num_key_value_heads": 1, "bos_token_id": 2, "eos_token_id": 1,
             "pad_token_id": 0}  # fmt: skip
    torch.manual_seed(0)
    made = {
        "gemma": lambda: Gemma3ForCausalLM(_gemma(size)),
        "llama": lambda: LlamaForCausalLM(LlamaConfig(**shape)),
        "qwen": lambda: Qwen2ForCausalLM(Qwen2Config(**shape)),
    }[family]()
    made.save_pretrained(folder)
    return folder


def _tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    prompt = prompts.load("quote-v1")
    words = [prompt.yes, prompt.no, *prompt.actions.values(), *(prompt.choice.format(mark=m) for m in prompt.marks)]
    vocabulary = {"<pad>": 0, "<eos>": 1, "<bos>": 2, "<unk>": 3}
    for letter in LETTERS:
        vocabulary.setdefault(letter, len(vocabulary))
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex("(?m:.)"), "isolated")
    tokenizer.post_processor = processors.TemplateProcessing(single="<bos> $A", special_tokens=[("<bos>", 2)])
    tokenizer.add_tokens([AddedToken(word, normalized=False) for word in words])
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<bos>", eos_token="<eos>", pad_token="<pad>", unk_token="<unk>"
    )
    fast.save_pretrained(folder)
    return fast


def _gemma(size: int) -> Gemma3TextConfig:
    return Gemma3TextConfig(
        vocab_size=size, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=1, head_dim=16, max_position_embeddings=4096, sliding_window=512, query_pre_attn_scalar=16,
        bos_token_id=2, eos_token_id=1, pad_token_id=0,
    )  # fmt: skip
