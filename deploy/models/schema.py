"""预案的 JSON Schema 与检查程序对每一处改动的判断是否一致；见 deploy/models/schema。"""

import argparse
import copy
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import jsonschema
import yaml

# What stands in a place by mistake, or by right in another one.
PALETTE = [
    None, True, False, 0, 1, 2, 7, 123, -1, 0.5, 0.001, 0.99, 1.5, "", " ", "x", "~x", "Two Words", "名称", "a\tb", "a\u200bb",
    "a" * 500, "a" * 501, "a" * 600, "true", "false", "yes", [], {}, ["x"], ["x", "x"], [["x"]], {"x": "y"},
    "P", "PT", "P1D", "P1DT", "PT4H", "PT4H)", "pt4h", "PT0H", "PT0H30M", "PT0030M", "PT30M", "PT90S", "P366D", "P367D",
    "PT8784H", "PT8785H", "P1WD", "P250WD", "P251WD", "P0WD", "P9999WD", "PT8WH", "PT2000WH", "PT2001WH", "PT90WM", "EOD",
    "NOW", "by_city(PT4H", "by_city(PT4H)", "by_city(P251WD)", "by_city(NOW)", "by_city()", "by_city", "by_city(PT30M)",
    "by_city(0.8)", "by_city(1.5)", "by_city(0.001)", "by_city(true)", "by_city(7)", "by_city(x)", "by_city(DRL)",
    "by_city(2026-01-01)", "0.8", "7", "DRL", "D", "2022-06-28", "blue", "by_city(blue)", "leader", "by_city(leader)",
    "graded", "by_city(graded)", "grade", "by_city(grade)", "report.nothing", "report.", "general", ["general"],
    ["general", "general"], "by_city(general)", "R1", "R143", "R144", "R0", "R007", "R+7", "r24", "Ｒ24", "R24a", "第八条",
    ["R1", "第八条"], "字" * 40, "字" * 41,
]

# What only the checker knows: names that must be borne, and what must hold between sections.
BETWEEN = re.compile(
    "没有(等级|事项|角色|机构|外单位|表单|行为) |写了两次|用了两次|须有签批|没有以 |应大于|不能从|应从|不会起算|levels 里没有|无从评分|须答复|"
    "已有时限|也要管|不能反复|repeats: true|督办只能|可提醒|要签两次|自己的下级|应是日期|没有什么能停止|正是停止它的|"
    "没有预警的等级|只有一个等级|没有表单可选|没有表单；|应写 |limit[^ ]*：没有写|(issued_by|fan_out)[^ ]*：没有写|的整数"
)


class Texts(yaml.SafeLoader):
    """Dates are texts, as editors have them."""


Texts.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rules if not tag.endswith(":timestamp")]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def places(tree, path=()):
    yield path
    if isinstance(tree, dict):
        for key in tree:
            yield from places(tree[key], (*path, key))
    elif isinstance(tree, list):
        for index, item in enumerate(tree):
            yield from places(item, (*path, index))


def kind(path):
    """Places alike are tried once: the first clock stands for all, the first item for its list."""
    named = {"clocks", "forms", "chains"}
    by_level = {"limit", "issued_by", "fan_out"}
    parts = []
    for index, step in enumerate(path):
        last = path[index - 1] if index else None
        if isinstance(step, int) or (index == 1 and last in named) or last in by_level:
            parts.append("*")
        else:
            parts.append(step)
    return tuple(parts)


def change(tree, path, new):
    tree = copy.deepcopy(tree)
    parent = tree
    for step in path[:-1]:
        parent = parent[step]
    new(parent, path[-1])
    return tree


def mutants(tree):
    seen = set()
    for path in places(tree):
        if not path or kind(path) in seen:
            continue
        seen.add(kind(path))
        name = ".".join(map(str, path))
        for value in PALETTE:
            yield f"{name} = {value!r}", change(tree, path, lambda parent, key, value=value: parent.__setitem__(key, value))
        yield f"{name} taken away", change(tree, path, lambda parent, key: parent.__delitem__(key))
        if isinstance(path[-1], str):
            yield f"{name} renamed", change(tree, path, lambda parent, key: parent.__setitem__("Zzz zzz", parent.pop(key)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--probe", required=True)
    parser.add_argument("--plans", required=True, type=pathlib.Path)
    parser.add_argument("--plan", action="append")
    arguments = parser.parse_args()
    schema = jsonschema.Draft202012Validator(json.loads((arguments.plans / "plan.schema.json").read_text()))
    count, wrong = 0, 0
    for file in sorted(arguments.plans.glob("*.yaml")):
        if arguments.plan and file.stem not in arguments.plan:
            continue
        tree = yaml.load(file.read_text(), Texts)
        probe = subprocess.Popen([arguments.probe], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        with tempfile.TemporaryDirectory() as folder:
            cases = []
            for number, (name, mutant) in enumerate([("as it is", tree), *mutants(tree)]):
                path = f"{folder}/{number}.yaml"
                pathlib.Path(path).write_text(json.dumps(mutant, ensure_ascii=False))
                cases.append((path, name, mutant))
            answers = {}
            output, _ = probe.communicate("".join(f"{path}\n" for path, _, _ in cases))
            for line in output.splitlines():
                path, _, fault = line.partition(":")
                answers.setdefault(path, []).append(fault.strip())
            for path, name, mutant in cases:
                faults = [fault for fault in answers[path] if fault != "fit"]
                refusal = next(schema.iter_errors(mutant), None)
                shape = [fault for fault in faults if not BETWEEN.search(fault)]
                count += 1
                if refusal and not faults:
                    wrong += 1
                    print(f"{file.stem}: {name}: only the schema refuses: {refusal.message[:160]}")
                elif shape and not refusal:
                    wrong += 1
                    print(f"{file.stem}: {name}: only the checker refuses: {shape[0]}")
    print(f"{count} variants, {wrong} judged differently")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
