"""合: which cases concern the same difficulty. The only door to the engine (samequestion).

Candidates come from GIN indexes over key numbers (``int[] @> int[]``), scores from the engine; what to do with them is for
the actions. Nothing here writes.
"""

from tongti.questions.matching.clusters import Cluster, Words, clusters, count_words
from tongti.questions.matching.expected import expected, measured_with
from tongti.questions.matching.likeness import (
    Like,
    Remembered,
    against,
    belonging,
    explained,
    features_of,
    joins,
    message_of,
    prepare,
    proposes,
    similar,
    stored,
    stored_of,
    strength,
    strong_enough,
    weights_between,
    with_places,
    worth_a_look,
)
from tongti.questions.matching.loaded import (
    PROPOSE_AT,
    features_version,
    forget_model,
    in_force,
    model,
    propose_at,
    settings_version,
    weighted,
)
from tongti.questions.matching.panels import (
    PUBLIC,
    DeskMatch,
    PublicMatch,
    desk_matches,
    public_matches,
)
from tongti.questions.matching.profiles import MATCHABLE, SAMPLE, member_samples, profile, questions_near
from tongti.questions.matching.words import copied_share, excerpt, marked, shared_words_of, title_for, title_words_of

__all__ = [
    "MATCHABLE",
    "PROPOSE_AT",
    "PUBLIC",
    "SAMPLE",
    "Cluster",
    "DeskMatch",
    "Like",
    "PublicMatch",
    "Remembered",
    "Words",
    "against",
    "belonging",
    "clusters",
    "copied_share",
    "count_words",
    "desk_matches",
    "excerpt",
    "expected",
    "explained",
    "features_of",
    "features_version",
    "forget_model",
    "in_force",
    "joins",
    "marked",
    "measured_with",
    "member_samples",
    "message_of",
    "model",
    "prepare",
    "profile",
    "propose_at",
    "proposes",
    "public_matches",
    "questions_near",
    "settings_version",
    "shared_words_of",
    "similar",
    "stored",
    "stored_of",
    "strength",
    "strong_enough",
    "title_for",
    "title_words_of",
    "weighted",
    "weights_between",
    "with_places",
    "worth_a_look",
]
