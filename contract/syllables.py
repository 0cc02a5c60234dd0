"""Does a word look like a Vietnamese syllable, marks aside?  Used to tell good text from damage.

Names of minority peoples and of foreigners need not pass: a failure is a doubt, never a verdict.
"""

import re

_ONSETS = "ngh|ng|nh|gh|gi|kh|ph|qu|th|tr|ch|[bcdghklmnprstvx]"
_RIMES = (
    "a|ac|ach|ai|am|an|ang|anh|ao|ap|at|au|ay|"
    "e|ec|ech|em|en|eng|enh|eo|ep|et|eu|"
    "i|ia|ich|im|in|inh|ip|it|iu|iec|iem|ien|ieng|iep|iet|ieu|"
    "o|oc|oi|om|on|ong|op|ot|oa|oac|oach|oai|oam|oan|oang|oanh|oao|oap|oat|oay|"
    "oe|oen|oeo|oet|ooc|oong|"
    "u|ua|uc|ui|um|un|ung|up|ut|uu|uan|uang|uat|uay|uan|uac|ue|uech|uenh|"
    "uo|uoc|uoi|uom|uon|uong|uop|uot|uou|"
    "uy|uya|uych|uyen|uyet|uyn|uynh|uyp|uyt|uyu|"
    "y|yem|yen|yeng|yet|yeu"
)
_SYLLABLE = re.compile(f"(?:{_ONSETS})?(?:{_RIMES})", re.ASCII)


def plausible(plain: str) -> bool:
    """Return whether *plain* (lower case, no marks, d for đ) is built like a syllable."""
    return _SYLLABLE.fullmatch(plain) is not None
