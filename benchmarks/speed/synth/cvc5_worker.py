"""One SyGuS problem from standard input through cvc5: `python -m benchmarks.speed.synth.cvc5_worker`.

Prints JSON: CPU seconds of parsing and solving, and what cvc5 wrote. The API's default, incremental, turns off the
solver for problems given by examples, so it is switched off.
"""

import importlib
import json
import sys
import time
from typing import Any

OPTIONS = {"lang": "sygus2", "sygus": "true", "incremental": "false", "dag-thresh": "0"}


def main() -> int:
    cvc5: Any = importlib.import_module("cvc5")
    text = sys.stdin.read()
    began = time.process_time()
    solver = cvc5.Solver(cvc5.TermManager())
    for name, value in OPTIONS.items():
        solver.setOption(name, value)
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SYGUS_2_1, text, "problem")
    words: list[str] = []
    while not (command := parser.nextCommand()).isNull():
        words.append(str(command.invoke(solver, parser.getSymbolManager())))
    print(json.dumps({"seconds": time.process_time() - began, "text": "".join(words)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
