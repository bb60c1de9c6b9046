# SPDX-License-Identifier: BSD-3-Clause
"""kill -9 of the agent in the middle of many clients that rotate."""

import random
import threading
import time

from harness.wire import Closed, Refused

CLIENTS = 64
KILLS = 10


class Client(threading.Thread):
    """Rotates without a pause and always holds the newest token it got."""

    def __init__(self, agent, token):
        super().__init__(daemon=True)
        self.agent, self.token = agent, token
        self.rotations, self.lost, self.refused = 0, 0, None
        self.stopping = False

    def run(self):
        while not self.stopping:
            try:
                with self.agent.wire() as wire:
                    while not self.stopping:
                        self.rotate(wire)
            except Refused as error:
                self.refused = error
                return
            except (Closed, OSError):
                self.lost += 1
                time.sleep(0.01)

    def rotate(self, wire):
        reply = wire.call("io.jwtagent.Token.Refresh", {"token": self.token})
        self.token = reply["refresh_token"]
        self.rotations += 1


def test_ten_kills_under_sixty_four_clients(agent):
    clients = [Client(agent, agent.enroll(name=f"device {n}")["refresh_token"])
               for n in range(CLIENTS)]
    for client in clients:
        client.start()

    for _ in range(KILLS):
        time.sleep(random.uniform(0.1, 0.4))
        agent.kill()
        agent.start()
    time.sleep(0.2)
    for client in clients:
        client.stopping = True
    for client in clients:
        client.join(10)

    assert [client.refused for client in clients if client.refused] == []
    for client in clients:
        agent.refresh(client.token)
    assert "TokenReused" not in [e["reason"] for e in agent.audit(100000)]
    assert all(client.rotations > 0 for client in clients)
    assert sum(client.lost for client in clients) >= KILLS
