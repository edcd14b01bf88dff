#!/bin/sh
# Trains the tagger from the data folder and writes a model folder: sh training/train.sh [RUN]
# Makes its own environment (.venv-train, 1.5 GB); does not touch the shipped model: the last line says how to take the new one.
set -eu
run=${1:-training/runs/latest}
python=.venv-train/bin/python
if [ ! -x "$python" ]; then
    "${PYTHON:-python3}" -m venv .venv-train
    "$python" -m pip install --quiet --disable-pip-version-check -r training/requirements.txt
fi
# One thread: two were three times slower on a busy machine. Without the thresholds glibc hands every large tensor back to the
# kernel, and page faults take an eighth of the time.
export OMP_NUM_THREADS=1
export MALLOC_MMAP_THRESHOLD_=4294967296 MALLOC_TRIM_THRESHOLD_=17179869184 MALLOC_TOP_PAD_=268435456
"$python" -m training.train "$run"
"$python" -m training.export "$run/model" "$run/half.pt" "$run/checkpoint.pt"
"$python" -m training.evaluate --model "$run/model"
echo "to ship it: cp $run/model/* pipeline/annotate/model/"
