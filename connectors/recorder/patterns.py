"""What a text alone shows: e-mail addresses, phone numbers, tokens. Bounded, because strangers write texts."""

import re

from connectors.recorder.keys import Kind

AT = r"(@|%40|&#0{0,6}64;|&#[xX]0{0,6}40;|&commat;|\\u0040)"
EMAIL = re.compile(rf"(?<![\w.+-])[\w.+'-]{{1,64}}{AT}(?:[\w-]{{1,63}}\.){{1,8}}[^\W\d_]{{2,24}}(?![\w-])")
PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    # the part in a group is what goes
    (Kind.SECRET, re.compile(r"(?i)\b(?:bearer|basic|token)\s+([\w.~+/=-]{8,4096})")),
    (
        Kind.SECRET,
        re.compile(r"(?i)[?&;][\w.-]{0,60}(?:token|secret|key|sig|signature|password|code|hash)=([^&;\s\"'<>#]+)"),
    ),
    (Kind.SECRET, re.compile(r"(?i)\b[a-z][a-z0-9+.-]{1,20}://([^/\s@\"'<>]{1,300})@")),
    (Kind.SECRET, re.compile(r"\b(whsec_[\w+/=-]{8,})")),
    (Kind.SECRET, re.compile(r"\b(eyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*)")),
    (Kind.UUID, re.compile(r"(?i)(?<![0-9a-z])([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![0-9a-z])")),
    (Kind.IP, re.compile(r"(?<![\w.])((?:\d{1,3}\.){3}\d{1,3})(?![\w.])")),
    (
        Kind.IP,
        re.compile(
            r"(?i)(?<![\w:])((?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}|(?:[0-9a-f]{1,4}:){1,6}:[0-9a-f]{1,4})(?![\w:])"
        ),
    ),
    # long, and of letters and digits: nobody's word
    (Kind.SECRET, re.compile(r"(?<![\w+-])((?=[A-Za-z_+-]*\d)(?=[\d_+-]*[A-Za-z])[\w+-]{20,}={0,2})(?![\w+-])")),
    (Kind.PHONE, re.compile(r"(?<![\w.:/-])((?:\+|00)\d[\d \xa0()/.-]{5,20}\d)(?!\w)")),
    (Kind.PHONE, re.compile(r"(?<![\w.:/-])(\(?0\d{1,5}\)?[ \xa0/-]{1,3}\d[\d \xa0/-]{3,14}\d)(?!\w)")),
    (Kind.PHONE, re.compile(r"(?<![\w.:/-])(\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4})(?!\w)")),
)
