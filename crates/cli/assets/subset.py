"""Cuts figure-sans.otf out of Inter-Regular.otf: python3 subset.py Inter-Regular.otf figure-sans.otf (needs fonttools)."""

import sys

from fontTools import subset, ttLib

NAME = "Figure Sans"
UNICODES = ",".join([
    "U+20-7E,U+A0-FF",  # Latin-1
    "U+391-3A1,U+3A3-3A9,U+3B1-3C9",  # Greek
    "U+2070,U+2074-207B,U+2080-2089",  # superscripts (1, 2, 3 are in Latin-1) and subscripts
    "U+2013,U+2014,U+2018,U+2019,U+201C,U+201D,U+2022,U+2026",  # punctuation
    "U+2190-2193,U+2202,U+2211,U+2212,U+221A,U+221E,U+222B,U+2248,U+2264,U+2265",  # mathematics
])

source, target = sys.argv[1:]
font = ttLib.TTFont(source, recalcTimestamp=False)
options = subset.Options(hinting=False, desubroutinize=True, layout_features=["kern"], notdef_outline=True)
options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
cutter = subset.Subsetter(options)
cutter.populate(unicodes=subset.parse_unicodes(UNICODES))
cutter.subset(font)

names = {1: NAME, 3: NAME.replace(" ", "") + "-Regular", 4: NAME, 6: NAME.replace(" ", "") + "-Regular"}
for record in font["name"].names:
    if record.nameID in names:
        record.string = names[record.nameID]
top = font["CFF "].cff
top.fontNames = [names[6]]
top.topDictIndex[0].FullName = NAME
top.topDictIndex[0].FamilyName = NAME
font.save(target)
