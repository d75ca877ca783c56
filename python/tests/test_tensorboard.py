"""The events that the command writes, read by TensorBoard itself."""

import json

import pytest

import pdeop
from conftest import LINE, PLANE

accumulator = pytest.importorskip(
    "tensorboard.backend.event_processing.event_accumulator", reason="tensorboard is not installed"
)


@pytest.mark.parametrize("data", [LINE, PLANE], ids=["1D", "2D"])
def test_tensorboard_reads_the_events_of_a_resumed_run(command, workspace, data):
    common = {"data": data, "ratio": 0.1, "test_samples": 4, "width": 4, "modes": 4}
    pdeop.run("train", output="run", epochs=2, tensorboard=True, progress=False, **common)
    pdeop.run("train", resume="run", epochs=3, progress=False)
    events = accumulator.EventAccumulator("run/tensorboard", size_guidance={"scalars": 0, "images": 0})
    events.Reload()
    steps = [json.loads(line) for line in open("run/steps.jsonl")]
    epochs = [json.loads(line) for line in open("run/metrics.jsonl")]
    losses = events.Scalars("loss/step")
    assert [event.step for event in losses] == list(range(1, len(steps) + 1))
    assert [event.value for event in losses] == pytest.approx([step["loss"] for step in steps], rel=1e-6)
    errors = [event.value for event in events.Scalars("test/nRMSE")]
    assert errors == pytest.approx([epoch["nRMSE"] for epoch in epochs], rel=1e-6)
    images = events.Images("rollout")
    assert len(images) == 3
    image = pytest.importorskip("PIL.Image")
    import io

    picture = image.open(io.BytesIO(images[-1].encoded_image_string))
    assert picture.size == (images[-1].width, images[-1].height)
    assert len(picture.convert("RGB").getcolors(1 << 24)) > 16
