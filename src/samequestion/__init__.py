"""samequestion 同题引擎: do two messages concern the same object and the same problem?

    from samequestion import Message, fit, group, compare

See docs/engine.md for the method, every knob and worked examples.
"""

from samequestion.blocking import candidate_keys, candidate_keys_of_all, query_keys
from samequestion.counts import counts_from_bytes, counts_to_bytes, df_update, empty_counts
from samequestion.errors import ConflictingConstraints, EngineError, ModelMismatch, UnreadableTable, UnwritableResult
from samequestion.evaluate import agreement, evaluate, read_labels
from samequestion.explain import mark, shared_words
from samequestion.features import features, features_of_all
from samequestion.grouping import Grouping, fit, group
from samequestion.index import Index
from samequestion.model import Model, load_default_model
from samequestion.normalize import clean
from samequestion.parts import processors
from samequestion.records import Comparison, Features, Group, Message, Proposal, Reason, Threshold
from samequestion.refit import Evidence, Weights, evidence, refit, reweighted
from samequestion.scoring import Scores, compare, score, score_pairs, scores, weights_between
from samequestion.settings import Settings
from samequestion.similarity import EVIDENCE
from samequestion.tables import group_file, read_messages
from samequestion.titles import propose_title

__all__ = [
    "EVIDENCE",
    "Comparison",
    "ConflictingConstraints",
    "EngineError",
    "Evidence",
    "Features",
    "Group",
    "Grouping",
    "Index",
    "Message",
    "Model",
    "ModelMismatch",
    "Proposal",
    "Reason",
    "Scores",
    "Settings",
    "Threshold",
    "UnreadableTable",
    "UnwritableResult",
    "Weights",
    "agreement",
    "candidate_keys",
    "candidate_keys_of_all",
    "clean",
    "compare",
    "counts_from_bytes",
    "counts_to_bytes",
    "df_update",
    "empty_counts",
    "evaluate",
    "evidence",
    "features",
    "features_of_all",
    "fit",
    "group",
    "group_file",
    "load_default_model",
    "mark",
    "processors",
    "propose_title",
    "query_keys",
    "read_labels",
    "read_messages",
    "refit",
    "reweighted",
    "score",
    "score_pairs",
    "scores",
    "shared_words",
    "weights_between",
]
