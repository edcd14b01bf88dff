#!/bin/sh
# Trains the tagger from the data folder and writes a model folder: sh training/train.sh [RUN]
# Two stages, the second in two branches; each takes up where an interrupted call left it. Makes its own environment (.venv-train,
# 1.5 GB) and does not touch the shipped model: the last line says how to take the new one.
set -eu
run=${1:-training/runs/latest}
first_minutes=${FIRST_MINUTES:-80} second_minutes=${SECOND_MINUTES:-95} third_minutes=${THIRD_MINUTES:-40}
python=.venv-train/bin/python
# The copy is made when all is installed, so an interrupted installation is taken up, and a changed list followed.
if ! cmp -s training/requirements.txt .venv-train/installed.txt; then
    "${PYTHON:-python3}" -m venv .venv-train
    "$python" -m pip install --quiet --disable-pip-version-check -r training/requirements.txt
    cp training/requirements.txt .venv-train/installed.txt
fi
# One thread: two were three times slower on a busy machine. Without the thresholds glibc hands every large tensor back to the
# kernel, and page faults take an eighth of the time.
export OMP_NUM_THREADS=1
export MALLOC_MMAP_THRESHOLD_=4294967296 MALLOC_TRIM_THRESHOLD_=17179869184 MALLOC_TOP_PAD_=268435456

if [ ! -f "$run/first/model/config.json" ]; then
    "$python" -m training.train "$run/first" --minutes "$first_minutes"
    "$python" -m training.export "$run/first/model" "$run/first/snapshot-52.pt" "$run/first/checkpoint.pt"
fi
"$python" -m training.silver "$run/first/model" "$run/silver.jsonl"
branch() { # FOLDER SEED MINUTES
    "$python" -m training.train "$1" --begun-from "$run/first/checkpoint.pt" --silver "$run/silver.jsonl" \
        --seed "$2" --epochs 8 --minutes "$3" --masked 0.06 --body-rate 2e-4 --head-rate 1e-3
}
branch "$run/second" 3 "$second_minutes"
branch "$run/third" 4 "$third_minutes"
# The end of the first stage has more of what the gold labels alone teach: a third each.
"$python" -m training.export "$run/model" "$run/first/checkpoint.pt" "$run/second/checkpoint.pt" "$run/third/checkpoint.pt"
"$python" -m training.evaluate --model "$run/model"
echo "to ship it: cp $run/model/* pipeline/annotate/model/"
