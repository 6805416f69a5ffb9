"""How an edge's pods lose their metrics, and get them back."""

import json
import ssl
import unittest
import urllib.request

from sim import Refused, Sim


# A pod on the edge under study.
POD = "nginx-7848d4b86f-x2wqz"


class Metrics(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sim = cls.enterClassContext(Sim())

    def test_pods_have_none_with_docker_18_09(self):
        with self.sim.world(edgecore="v1.6.1", docker="18.09.1") as world:
            found = world.diagnose()
            self.assertEqual("symptom", found["outcome"])
            self.assertEqual(["engine-refuses-cadvisor"], [cause["id"] for cause in found["causes"]])
            self.assertNotEqual(0, world.kubectl("top", "pod", POD)["exitCode"])
            refused = [
                event["detail"]["error"]
                for event in world.trace(kind="cadvisor.factory", host="edge-node-1")
                if not event["detail"]["registered"]
            ]
            self.assertIn("client version 1.40 is too new", refused[0])

            self.assertEqual(
                ["docker edge-node-1 20.10.24", "restart edgecore edge-node-1"], world.act("cure docker")
            )
            world.settle()
            self.assertIn(POD, world.kubectl("top", "pod", POD)["stdout"])

    def test_a_cut_line_makes_the_node_not_ready(self):
        with self.sim.world(without=True) as world:
            world.act("cut edge-node-1 silent")
            world.advance(120)
            self.assertRegex(world.kubectl("get", "nodes")["stdout"], r"edge-node-1 +NotReady")

    def test_what_is_not_known_is_refused_in_words(self):
        with self.assertRaisesRegex(Refused, "nearest known are 18.09.9"):
            self.sim.world(docker="18.19.1").__enter__()

    def test_a_cluster_on_real_sockets_answers_plain_https(self):
        # Certificates are throw-away ones.
        insecure = ssl._create_unverified_context()
        with self.sim.world(docker="20.10.24", net="loopback") as world:
            edge = world.about["endpoints"]["edges"][0]
            with urllib.request.urlopen(edge["kubelet"] + "/stats/summary", context=insecure) as answer:
                summary = json.load(answer)
            self.assertEqual(edge["node"], summary["node"]["nodeName"])
            self.assertEqual(3, len(summary["pods"]))


if __name__ == "__main__":
    unittest.main()
