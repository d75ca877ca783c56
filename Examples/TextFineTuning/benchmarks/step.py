#!/usr/bin/env python3
"""A training step of a BERT in the library transformers: seconds of each, and the most memory.

step.py MODEL --steps N --batch B --tokens T --threads N     needs torch and transformers

The same as `text-fine-tuning benchmark`: random tokens, no dropout, AdamW, gradients clipped at 1, two classes.
"""

import argparse
import json
import resource
import time

import torch
from transformers import AutoModelForSequenceClassification

parser = argparse.ArgumentParser()
parser.add_argument("model")
parser.add_argument("--steps", type=int, default=10)
parser.add_argument("--batch", type=int, default=16)
parser.add_argument("--tokens", type=int, default=128)
parser.add_argument("--threads", type=int, default=2)
options = parser.parse_args()

torch.set_num_threads(options.threads)
torch.manual_seed(0)
model = AutoModelForSequenceClassification.from_pretrained(
    options.model, num_labels=2, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, attn_implementation="sdpa"
)
model.train()
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-5, weight_decay=0.1)
seconds, cpu = [], []
for step in range(options.steps):
    ids = torch.randint(5, model.config.vocab_size, (options.batch, options.tokens))
    labels = torch.randint(0, 2, (options.batch,))
    start, start_cpu = time.perf_counter(), time.process_time()
    optimizer.zero_grad()
    model(input_ids=ids, labels=labels).loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    seconds.append(time.perf_counter() - start)
    cpu.append(time.process_time() - start_cpu)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": seconds, "cpu_seconds": cpu, "peak_megabytes": peak, "attention": model.config._attn_implementation}))
