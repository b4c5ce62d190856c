"""`docs/loops`: a picture and a page for each loop, made from its declaration alone."""

from collections.abc import Iterator

from django.utils import translation

from yihu.kernel.clock import Escalate, LapseMove
from yihu.kernel.diagram import draw
from yihu.kernel.loop import LOOPS, End, Loop, Move, Step
from yihu.kernel.loop_words import words

PAPER, INK = "#FBFAF6", "#1C2321"


def pages() -> Iterator[tuple[str, str]]:
    """File names and contents, in Chinese with the names that the code uses."""
    with translation.override("zh-hans"):
        for loop in LOOPS.values():
            yield f"{loop.name}.svg", _on_paper(draw(loop, words(loop), names=True))
            yield f"{loop.name}.md", _page(loop)


def _on_paper(picture: str) -> str:
    """A file stands on no page whose colours it could take."""
    head, _, rest = picture.partition("</title>")
    head = head.replace("<svg ", f'<svg color="{INK}" ', 1)
    return f'{head}</title>\n<rect width="100%" height="100%" fill="{PAPER}"/>{rest}'


def _page(loop: Loop) -> str:
    steps = [place for place in loop.steps if isinstance(place, Step)]
    ends = [place for place in loop.steps if isinstance(place, End)]
    return "\n".join(
        [
            f"# {loop.title} `{loop.name}`",
            "",
            "由 `yihu loops --docs docs/loops` 按声明生成，请勿手改。 / Generated; do not edit.",
            "",
            f"![{loop.title}]({loop.name}.svg)",
            "",
            "| 环节 step | 轮到谁 owner | 无人时 alternate | 时限 within | 逾期 lapse |",
            "|---|---|---|---|---|",
            *(_step_row(loop, step) for step in steps),
            "",
            "| 终点 end | 可以不答复的理由 may owe no answer because |",
            "|---|---|",
            *(f"| {end.title} `{end.name}` | {end.because} |" for end in ends),
            "",
            "| 动作 move | 从 from | 到 to | 谁 by | |",
            "|---|---|---|---|---|",
            *(_move_row(loop, move) for move in loop.moves),
            "",
            "| 不改变环节的动作 act | 在 at | 谁 by |",
            "|---|---|---|",
            *(
                f"| {act.title} `{act.name}` | {_names(act.at) or '任何时候 always'}"
                f" | {words(loop).roles(act.by)} |"
                for act in loop.acts
            ),
            "",
        ]
    )


def _step_row(loop: Loop, step: Step) -> str:
    alternate = step.owner.alternate.title if step.owner and step.owner.alternate else ""
    owner = step.owner.title if step.owner else ""
    within = words(loop).span(step.within) if step.within else ""
    return (
        f"| {step.title} `{step.name}` | {owner} | {alternate} | {within} | {_lapse(loop, step)} |"
    )


def _lapse(loop: Loop, step: Step) -> str:
    match step.lapse:
        case Escalate(roles=roles):
            return "上报" + "，再报".join(words(loop).roles([role]) for role in roles)
        case LapseMove(name=name):
            move = loop.move(name, step.name)
            return f"{move.title} `{name}`" if move else name
    return ""


def _move_row(loop: Loop, move: Move) -> str:
    said, notes = words(loop), []
    if move.answers:
        notes.append(f"答复{said.roles(move.answers)}")
    if move.reopens:
        notes.append("重新欠答复 reopens")
    if move.excusable:
        notes.append("经第二人确认可不答复 excusable")
    if move.times is not None:
        notes.append(f"最多 {move.times} 次，以后到 `{move.beyond}`")
    start = _names(move.start)
    return (
        f"| {move.title} `{move.name}` | {start} | `{move.to}` | {said.roles(move.by)}"
        f" | {'；'.join(notes)} |"
    )


def _names(places: tuple[str, ...]) -> str:
    return " ".join(f"`{name}`" for name in places)
