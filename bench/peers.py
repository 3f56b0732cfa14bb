"""What one would otherwise reach for, on the same messages: `python -m bench.peers [--json FILE]`.

MinHash LSH (datasketch), SemHash, TF-IDF with DBSCAN and HDBSCAN (scikit-learn), BERTopic. Each gets several settings
and shows its best one by shared_f1, chosen with the labels in hand: more than a user could do. Nothing is downloaded:
where a peer wants embeddings it gets TF-IDF words reduced to 256 axes (latent semantic analysis) of these messages.
Peers that are not installed are named; `make bench-engine` installs them aside (build/peers), users and CI never do.
"""

from __future__ import annotations

import argparse
import importlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import rjieba
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from sklearn.cluster import DBSCAN, HDBSCAN
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.preprocessing import normalize

from bench.engine_train import DATA
from samequestion import Message, evaluate, read_messages

SHOWN = ("shared_p", "shared_r", "shared_f1", "b3_f1", "pair_p", "pair_r", "pair_f1")
Row = dict[str, float | str]
Labels = NDArray[np.integer]
AXES = 256


def words_of(messages: Sequence[Message]) -> list[str]:
    """Every message as words parted by spaces, the title twice."""
    return [" ".join(rjieba.cut(f"{m.title} {m.title} {m.body}")) for m in messages]


def weighed(texts: Sequence[str]) -> csr_matrix:
    return TfidfVectorizer(token_pattern=r"\S\S+", sublinear_tf=True, max_df=0.2, min_df=2).fit_transform(texts)


def embedded(texts: Sequence[str]) -> NDArray[np.float32]:
    """The embedding that peers get instead of a downloaded model."""
    axes = TruncatedSVD(AXES, random_state=0).fit_transform(weighed(texts))
    return normalize(axes).astype(np.float32)


def joined(count: int, pairs: Sequence[tuple[int, int]]) -> Labels:
    """Connected components of the pairs found."""
    a, b = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return connected_components(csr_matrix((np.ones(len(a)), (a, b)), shape=(count, count)), directed=False)[1]


# --- the peers: each yields (setting, labels; -1 = alone) -----------------------------------------------------------


def dbscan(texts: Sequence[str]) -> Iterator[tuple[str, Labels]]:
    for radius in (0.5, 0.6, 0.7):
        yield f"eps {radius}", DBSCAN(eps=radius, min_samples=2, metric="cosine").fit_predict(weighed(texts))


def hdbscan(texts: Sequence[str]) -> Iterator[tuple[str, Labels]]:
    for method in ("leaf", "eom"):
        found = HDBSCAN(min_cluster_size=2, min_samples=1, cluster_selection_method=method, copy=True)
        yield method, found.fit_predict(embedded(texts))


def minhash(texts: Sequence[str]) -> Iterator[tuple[str, Labels]]:
    from datasketch import MinHash, MinHashLSH

    for threshold in (0.3, 0.4, 0.5):
        index, sketches = MinHashLSH(threshold=threshold, num_perm=128), []
        for at, text in enumerate(texts):
            sketch = MinHash(num_perm=128)
            sketch.update_batch([word.encode() for word in set(text.split()) if len(word) > 1])
            index.insert(at, sketch)
            sketches.append(sketch)
        pairs = [(at, other) for at, sketch in enumerate(sketches) for other in index.query(sketch) if other != at]
        yield f"threshold {threshold}", joined(len(texts), pairs)


class _Ready:
    """An encoder for SemHash that knows the embeddings of these texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.known = dict(zip(texts, embedded(texts), strict=True))

    def encode(self, inputs: Sequence[str], **_: object) -> NDArray[np.float32]:
        return np.stack([self.known[text] for text in inputs])


def semhash(texts: Sequence[str]) -> Iterator[tuple[str, Labels]]:
    from semhash import SemHash

    for threshold in (0.6, 0.7, 0.8):
        first: dict[str, int] = {}
        pairs = [(at, first.setdefault(text, at)) for at, text in enumerate(texts)]
        found = SemHash.from_records(records=list(first), model=_Ready(texts)).self_deduplicate(threshold=threshold)
        for one in found.filtered:
            pairs += [(first[one.record], first[other]) for other, _ in one.duplicates]
        yield f"threshold {threshold}", joined(len(texts), pairs)


def bertopic(texts: Sequence[str]) -> Iterator[tuple[str, Labels]]:
    from bertopic import BERTopic

    for axes in (16, 64):
        model = BERTopic(
            umap_model=TruncatedSVD(axes, random_state=0),
            hdbscan_model=HDBSCAN(min_cluster_size=2, min_samples=1, cluster_selection_method="leaf", copy=True),
            vectorizer_model=CountVectorizer(token_pattern=r"\S\S+"),
        )
        yield f"{axes} axes, HDBSCAN leaf", np.array(model.fit_transform(list(texts), embedded(texts))[0])


PEERS: dict[str, tuple[str, Callable[[Sequence[str]], Iterator[tuple[str, Labels]]]]] = {
    "MinHash LSH (datasketch)": ("datasketch", minhash),
    "SemHash": ("semhash", semhash),
    "TF-IDF + DBSCAN": ("sklearn", dbscan),
    "TF-IDF + HDBSCAN": ("sklearn", hdbscan),
    "BERTopic": ("bertopic", bertopic),
}


def compared(messages: list[Message]) -> tuple[list[Row], list[str]]:
    """(the best row of every peer, the peers that are not installed). Seconds are those of the setting shown."""
    rows: list[Row] = []
    missing: list[str] = []
    for name, (package, peer) in PEERS.items():
        try:
            importlib.import_module(package)
        except ImportError:
            missing.append(name)
            continue
        begin = time.perf_counter()
        texts, tried = words_of(messages), []
        cut = time.perf_counter() - begin
        begin = time.perf_counter()
        for setting, labels in peer(texts):
            seconds = cut + time.perf_counter() - begin
            groups = {
                m.id: f"{k}" if k >= 0 else f"alone{at}" for at, (m, k) in enumerate(zip(messages, labels, strict=True))
            }
            figures = evaluate(DATA / "labels.csv", groups)
            tried.append(
                {"method": f"{name}, {setting}", **{k: figures[k] for k in SHOWN}, "seconds": round(seconds, 2)}
            )
            begin = time.perf_counter()
        rows.append(max(tried, key=lambda row: float(row["shared_f1"])))
    return rows, missing


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="also write the rows here")
    options = parser.parse_args()
    messages = sorted(read_messages(DATA / "messages.xlsx"), key=lambda m: m.id)
    rows, missing = compared(messages)
    for row in rows:
        print("  ".join(f"{value}" for value in row.values()))
    if missing:
        print(f"没有安装：{'、'.join(missing)}（make bench-engine 会装到 build/peers）")
    if options.json:
        options.json.write_text(json.dumps({"rows": rows, "missing": missing}, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
