# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs one scenario in the VM: python3 -m rig.runner NAME RESULTS. Leaves RESULTS/result.json, and evidence if it failed.

Exit status 0: every check passed. A scenario fails by a check that is false, by a Failure (a wait that timed out), or by any
other exception. The runner then prints the exception's traceback. Exit status 97: it has called lab.reboot(function) and wants
the machine to be reset as it is. RESULTS/resume.json then says with which function of the scenario to continue.
"""
import importlib.util
import json
import os
import sys
import traceback

from .lab import Lab, Reboot
from .run import Failure

REBOOT = 97
CLEAN = "/run/ghostlab-clean"  # there if the last scenario of a run has left this machine clean
IN_A_RUN = bool(os.environ.get("GHOSTLAB_RUN"))  # nobody works on this machine


def load(name):
    path = f"/opt/lab/scenarios/{name.replace('-', '_')}.py"
    spec = importlib.util.spec_from_file_location("scenario", path)
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, os.path.dirname(path))
    spec.loader.exec_module(module)
    return module


def main():
    name, results = sys.argv[1], sys.argv[2]
    os.makedirs(results, exist_ok=True)
    resume_path = os.path.join(results, "resume.json")
    resume = None
    if os.path.exists(resume_path):
        with open(resume_path) as f:
            resume = json.load(f)
        os.unlink(resume_path)
    lab = Lab(name, results)
    try:
        module = load(name)
        if resume:
            lab.resume(resume["lab"])
        elif os.path.exists(CLEAN):
            os.unlink(CLEAN)
            lab.forget_conversations()
        else:
            lab.clean()
        lab.watch(getattr(module, "CAPTURE", True))
        getattr(module, resume["function"] if resume else "run")(lab)
    except Reboot as reboot:
        with open(resume_path, "w") as f:
            json.dump({"function": str(reboot), "lab": lab.to_resume()}, f)
        sys.exit(REBOOT)
    except Failure as failure:
        lab.fail(str(failure))
    except Exception as error:  # a fault of the scenario is a failed scenario, with its traceback
        traceback.print_exc()
        lab.fail(f"{type(error).__name__}: {error}")
    try:
        if lab.failures:
            lab.keep_evidence()
        lab.clean()
        if IN_A_RUN:
            with open(CLEAN, "w"):
                pass
    except Exception as error:
        traceback.print_exc()
        lab.fail(f"while cleaning up: {error}")
    with open(os.path.join(results, "result.json"), "w") as f:
        json.dump(
            {
                "name": name,
                "seconds": round(lab.seconds(), 1),
                "checks": lab.checks,
                "failures": lab.failures,
                "measures": lab.measures,
            },
            f,
            indent=1,
        )
    sys.exit(1 if lab.failures else 0)


main()
