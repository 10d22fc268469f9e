"""A directive that runs what it shows: `{run}`, for pages with pictures.

A Sphinx extension. The blocks of a page run in the order in which they stand, in one namespace, when the page is read.
Under the code come what it printed and the figures that matplotlib has drawn. An error is an error of the build.
"""

import contextlib
import io
import linecache
import traceback
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

PICTURES = "_build/pictures"  # from the folder of the sources


class Run(SphinxDirective):
    """```{run}``` with these options:

    - `alt`: what the figures show, in words.
    - `svg`: an expression that gives the text of an SVG, to be shown as a picture.
    - `hide`: the code is not shown.
    """

    has_content = True
    # Docutils reads this of the class, and nobody writes it: no ClassVar is needed.
    option_spec = {"alt": directives.unchanged, "svg": directives.unchanged, "hide": directives.flag}  # noqa: RUF012

    def run(self):
        # per page: Sphinx empties temp_data when it goes on to the next
        page = self.env.temp_data.setdefault("run_directive", {"names": {"__name__": "__main__"}, "pictures": 0})
        code = "\n".join(self.content)
        try:
            output = self.executed(code, page["names"])
            pictures = self.pictures(page)
        except Exception:
            raise self.error(f"the code failed:\n{traceback.format_exc()}") from None
        result = []
        if "hide" not in self.options:
            result.append(nodes.literal_block(code, code, language="python"))
        if output:
            result.append(nodes.literal_block(output, output, language="text"))
        return [*result, *pictures]

    def executed(self, code, names):
        """What the code printed."""
        # a name of its own for each block, so that errors can quote the lines
        file = f"{self.env.docname}.md, block at line {self.lineno}"
        linecache.cache[file] = (len(code), None, code.splitlines(keepends=True), file)
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            exec(compile(code, file, "exec"), names)
        return output.getvalue().rstrip()

    def pictures(self, page):
        import matplotlib.pyplot as plt

        found = []
        for number in plt.get_fignums():
            figure = plt.figure(number)
            found.append(self.picture(page, "png", lambda path, figure=figure: figure.savefig(path, dpi=110)))
            plt.close(figure)
        if "svg" in self.options:
            text = eval(self.options["svg"], page["names"])
            found.append(self.picture(page, "svg", lambda path: path.write_text(text)))
        return found

    def picture(self, page, suffix, save):
        page["pictures"] += 1
        name = f"{self.env.docname.replace('/', '-')}-{page['pictures']}.{suffix}"
        path = Path(self.env.srcdir) / PICTURES / name
        path.parent.mkdir(parents=True, exist_ok=True)
        save(path)
        return nodes.image(uri=f"/{PICTURES}/{name}", alt=self.options.get("alt", ""))


def setup(app):
    import matplotlib

    matplotlib.use("Agg")  # draw into files, not into windows
    app.add_directive("run", Run)
    return {"parallel_read_safe": True}
