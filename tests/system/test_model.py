# SPDX-License-Identifier: BSD-3-Clause
"""The agent against a simple model of it; see model.py and ci/model."""

import os

import model

# The same run each time, so that who changed something else is not held up by
# a draw; ci/model draws anew.
SEED = 244084164
STEPS = 10000


def test_agent_and_model_agree(host):
    seed = int(os.environ.get("MODEL_SEED", SEED))
    print(f"seed {seed}")

    failed, run = model.play(seed, STEPS)

    assert failed is None, "\n".join(
        ["the last operations:", *run.said,
         f"again: ci/model --seed {seed} --steps {failed}"])
    idle = set(run.OPERATIONS) - set(run.count)
    assert not idle, f"never done: {idle}"


def test_model_notices_a_wrong_answer(host, monkeypatch):
    """The model is told that a revoked device's tokens go on working."""
    def forgiving(self, access):
        access.device.revoked = access.device.family_revoked = False
        return right(self, access)

    right = model.Model.login
    monkeypatch.setattr(model.Model, "login", forgiving)

    failed, run = model.play(1, 2000)

    assert failed is not None
    assert "the model says" in run.said[-1]
