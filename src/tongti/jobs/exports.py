"""台账导出: files are written, and thrown away after some days."""

from procrastinate.contrib.django import app

from tongti.exports import actions as exports


@app.task(name="write_export", retry=3)
def write_export(export_id: int) -> None:
    """Safe to run twice: a file that is there is not written again."""
    exports.write_export(export_id=export_id)


@app.periodic(cron="55 3 * * *")
@app.task(name="exports.tidy", queueing_lock="exports.tidy")
def tidy(timestamp: int) -> None:
    """Files that nobody needs any more."""
    exports.tidy_exports()
