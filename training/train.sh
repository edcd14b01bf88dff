#!/bin/sh
# Trains the tagger from the data folder and writes a model folder: sh training/train.sh [RUN]
# Two stages and what lies between; each takes up where an interrupted call left it. Makes its own environment (.venv-train,
# 1.5 GB) and does not touch the shipped model: the last line says how to take the new one.
set -eu
run=${1:-training/runs/latest}
first_minutes=${FIRST_MINUTES:-80} second_minutes=${SECOND_MINUTES:-95}
python=.venv-train/bin/python
if [ ! -x "$python" ]; then
    "${PYTHON:-python3}" -m venv .venv-train
    "$python" -m pip install --quiet --disable-pip-version-check -r training/requirements.txt
fi
# One thread: two were three times slower on a busy machine. Without the thresholds glibc hands every large tensor back to the
# kernel, and page faults take an eighth of the time.
export OMP_NUM_THREADS=1
export MALLOC_MMAP_THRESHOLD_=4294967296 MALLOC_TRIM_THRESHOLD_=17179869184 MALLOC_TOP_PAD_=268435456

if [ ! -f "$run/first/model/config.json" ]; then
    "$python" -m training.train "$run/first" --minutes "$first_minutes"
    "$python" -m training.export "$run/first/model" "$run/first/half.pt" "$run/first/checkpoint.pt"
fi
if [ ! -f "$run/silver.jsonl" ]; then
    "$python" -m training.silver "$run/first/model" "$run/silver.jsonl"
fi
"$python" -m training.train "$run/second" --begun-from "$run/first/checkpoint.pt" --silver "$run/silver.jsonl" \
    --seed 3 --epochs 8 --minutes "$second_minutes" --masked 0.06 --body-rate 2e-4 --head-rate 1e-3
"$python" -m training.export "$run/model" "$run/second/half.pt" "$run/second/checkpoint.pt"
"$python" -m training.evaluate --model "$run/model"
echo "to ship it: cp $run/model/* pipeline/annotate/model/"
