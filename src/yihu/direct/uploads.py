"""Taking in what is posted: held in memory, never on disk, and never more than we take."""

from io import BytesIO
from typing import Any

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError

from yihu.direct.pictures import LARGEST

MOST_PHOTOS = 3
MOST_BYTES = 64 * 1024 * 1024
"""A request larger than this is not read at all."""


class InMemory(FileUploadHandler):
    """Keeps as many bytes as we take and counts the rest, so that the form, which holds the
    words, is still read to its end and can say at the field what was too large.
    """

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.room = MOST_PHOTOS * LARGEST
        self.content = BytesIO()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.content = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) <= LARGEST and len(raw_data) <= self.room:
            self.room -= len(raw_data)
            self.content.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self.content.seek(0)
        return InMemoryUploadedFile(
            self.content,
            self.field_name,
            self.file_name or "",
            self.content_type or "",
            file_size,
            self.charset,
        )


def can_be_read(request: HttpRequest) -> bool:
    """Whether the POST can be read to its end; where it cannot, it is empty afterwards."""
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
            return False
        request.POST  # noqa: B018 -- parsed when first looked at
    except (
        BadRequest,
        MultiPartParserError,
        SuspiciousOperation,
        UnreadablePostError,
        ValueError,  # a length that is no number
    ):
        return False
    return True
