"""Pictures of graphs, as text for Graphviz and as SVG.

The SVG is laid out in layers, in the manner of Sugiyama, Tagawa and Toda, "Methods for Visual Understanding of
Hierarchical System Structures" (1981): every box one layer below the lowest it comes from, long arrows broken up by
points in the layers they cross, layers ordered by the means of their neighbours' places, then drawn.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from html import escape

COLOURS = {"leaf": "#cfe3f7", "node": "#ffffff", "output": "#fde3c8"}
LETTER, LINE = 6.6, 15.0  # width of a letter and height of a line, in pixels
MARGIN, GAP, RISE = 12.0, 18.0, 34.0  # around the picture, between boxes of a layer, between layers
SWEEPS = 8


@dataclass
class Box:
    title: str
    note: str
    kind: str
    hint: str


def dot(boxes: list[Box], arrows: list[tuple[int, int]]) -> str:
    """For Graphviz."""
    lines = ['    node [shape=box, style="rounded,filled", fillcolor=white, fontname="sans-serif", fontsize=10]']
    for i, box in enumerate(boxes):
        label = "\\n".join(_quoted(text) for text in (box.title, box.note) if text)
        colour = "" if box.kind == "node" else f', fillcolor="{COLOURS[box.kind]}"'
        lines.append(f'    n{i} [label="{label}"{colour}]')
    lines += [f"    n{start} -> n{end}" for start, end in arrows]
    return "digraph {\n" + "\n".join(lines) + "\n}"


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")


@dataclass
class _Spot:
    """A box in its layer, or a point that an arrow passes through."""

    box: Box | None
    layer: int
    width: float
    above: list[int] = field(default_factory=list)
    below: list[int] = field(default_factory=list)
    x: float = 0.0  # of the centre


def svg(boxes: list[Box], arrows: list[tuple[int, int]]) -> str:
    """Without Graphviz."""
    spots, paths = _placed(boxes, arrows)
    layers = _layers(spots)
    _order(spots, layers)
    _spread(spots, layers)
    height = 2 * LINE + 8
    tops = [MARGIN + i * (height + RISE) for i in range(len(layers))]
    left = min((s.x - s.width / 2 for s in spots), default=0.0) - MARGIN
    for spot in spots:
        spot.x -= left
    width = max((s.x + s.width / 2 for s in spots), default=0.0) + MARGIN
    total = MARGIN + len(layers) * (height + RISE) - RISE + MARGIN if layers else 2 * MARGIN
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{total:.0f}" '
        f'viewBox="0 0 {width:.0f} {total:.0f}" font-family="sans-serif" font-size="11">',
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0L8 4L0 8z" fill="#666"/></marker></defs>',
        f'<rect width="{width:.0f}" height="{total:.0f}" fill="#fff"/>',
    ]
    for path in paths:
        lines.append(
            f'<path d="{_curve(spots, path, tops, height)}" fill="none" stroke="#666" marker-end="url(#tip)"/>'
        )
    for spot in spots:
        if spot.box is not None:
            lines += _drawn(spot, spot.box, tops[spot.layer], height)
    return "\n".join([*lines, "</svg>"])


def _placed(boxes: list[Box], arrows: list[tuple[int, int]]) -> tuple[list[_Spot], list[list[int]]]:
    """Boxes in layers, and for each arrow the spots it goes through."""
    spots = [_Spot(box, 0, max(len(box.title), len(box.note)) * LETTER + 16) for box in boxes]
    into: list[list[int]] = [[] for _ in boxes]
    left = [0] * len(boxes)
    out: list[list[int]] = [[] for _ in boxes]
    for start, end in dict.fromkeys(arrows):
        into[end].append(start)
        out[start].append(end)
        left[start] += 1
    # From the outputs up: a box stands just above the highest that it leads to.
    ready = [i for i in range(len(boxes)) if not left[i]]
    order = []
    while ready:
        i = ready.pop()
        order.append(i)
        for start in into[i]:
            left[start] -= 1
            if not left[start]:
                ready.append(start)
    for i in order:
        spots[i].layer = min((spots[end].layer for end in out[i]), default=0) - 1
    top = min((spot.layer for spot in spots), default=0)
    for spot in spots:
        spot.layer -= top
    paths = []
    for start, end in dict.fromkeys(arrows):
        path = [start]
        for layer in range(spots[start].layer + 1, spots[end].layer):
            spots.append(_Spot(None, layer, 4.0))
            path.append(len(spots) - 1)
        path.append(end)
        for a, b in itertools.pairwise(path):
            spots[a].below.append(b)
            spots[b].above.append(a)
        paths.append(path)
    return spots, paths


def _layers(spots: list[_Spot]) -> list[list[int]]:
    layers: list[list[int]] = [[] for _ in range(max((s.layer for s in spots), default=-1) + 1)]
    for i, spot in enumerate(spots):
        layers[spot.layer].append(i)
    return layers


def _order(spots: list[_Spot], layers: list[list[int]]) -> None:
    """Order each layer by the mean places of neighbours, down and up in turn."""
    place = {i: float(k) for layer in layers for k, i in enumerate(layer)}
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for layer in layers if down else reversed(layers):

            def mean(i: int, down: bool = down) -> float:
                near = spots[i].above if down else spots[i].below
                return sum(place[n] for n in near) / len(near) if near else place[i]

            layer.sort(key=mean)
            for k, i in enumerate(layer):
                place[i] = float(k)


def _spread(spots: list[_Spot], layers: list[list[int]]) -> None:
    """Give each spot a place near its neighbours' middle, in the order of its layer and with room between."""
    for layer in layers:
        x = 0.0
        for i in layer:
            spots[i].x = x + spots[i].width / 2
            x += spots[i].width + GAP
        for i in layer:
            spots[i].x -= (x - GAP) / 2
    for sweep in range(SWEEPS):
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            wanted = []
            for i in layer:
                near = spots[i].above + spots[i].below
                wanted.append(sum(spots[n].x for n in near) / len(near) if near else spots[i].x)
            rightwards, leftwards = list(wanted), list(wanted)
            for k in range(1, len(layer)):
                room = (spots[layer[k - 1]].width + spots[layer[k]].width) / 2 + GAP
                rightwards[k] = max(rightwards[k], rightwards[k - 1] + room)
            for k in range(len(layer) - 2, -1, -1):
                room = (spots[layer[k + 1]].width + spots[layer[k]].width) / 2 + GAP
                leftwards[k] = min(leftwards[k], leftwards[k + 1] - room)
            for k, i in enumerate(layer):
                spots[i].x = (rightwards[k] + leftwards[k]) / 2


def _curve(spots: list[_Spot], path: list[int], tops: list[float], height: float) -> str:
    """A smooth line from the foot of the first box to the head of the last."""
    first, last = spots[path[0]], spots[path[-1]]
    points = [(first.x, tops[first.layer] + height)]
    for i in path[1:-1]:
        points += [(spots[i].x, tops[spots[i].layer]), (spots[i].x, tops[spots[i].layer] + height)]
    points.append((last.x, tops[last.layer]))
    text = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        middle = (y0 + y1) / 2
        text += f"L{x1:.1f} {y1:.1f}" if x0 == x1 else f"C{x0:.1f} {middle:.1f} {x1:.1f} {middle:.1f} {x1:.1f} {y1:.1f}"
    return text


def _drawn(spot: _Spot, box: Box, top: float, height: float) -> list[str]:
    """A box with its two lines of text."""
    x = spot.x - spot.width / 2
    lines = ["<g>", f"<title>{escape(box.hint)}</title>"] if box.hint else ["<g>"]
    lines.append(
        f'<rect x="{x:.1f}" y="{top:.1f}" width="{spot.width:.1f}" height="{height:.1f}" rx="5" '
        f'fill="{COLOURS[box.kind]}" stroke="#666"/>'
    )
    texts = [text for text in (box.title, box.note) if text]
    base = top + height / 2 - (len(texts) - 1) * LINE / 2 + 4
    for k, text in enumerate(texts):
        style = ' font-weight="bold"' if k == 0 else ' fill="#555"'
        lines.append(
            f'<text x="{spot.x:.1f}" y="{base + k * LINE:.1f}" text-anchor="middle"{style}>{escape(text)}</text>'
        )
    return [*lines, "</g>"]
