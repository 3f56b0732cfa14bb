"""Grouping one message at a time, in memory."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np

from samequestion.blocking import candidate_keys, query_keys
from samequestion.features import features
from samequestion.linkage import belonging, strength
from samequestion.model import Model, load_default_model
from samequestion.records import Comparison, Features, Message, Proposal
from samequestion.scoring import score


class Index:
    """Remembers messages and their groups; proposes the group of a new one with reasons.

    A group's id is the id of its first message. Frequencies are those of the model and do not drift while adding.
    """

    SAMPLE = 24
    """Members of a group that a new message is compared with (the first ones)."""

    def __init__(self, model: Model | None = None) -> None:
        self.model = model or load_default_model()
        self._features: dict[str, Features] = {}
        self._group_of: dict[str, str] = {}
        self._members: dict[str, list[str]] = {}
        self._by_key: dict[int, list[str]] = {}
        self._barred: set[frozenset[str]] = set()

    def __len__(self) -> int:
        return len(self._features)

    @property
    def groups(self) -> dict[str, tuple[str, ...]]:
        """group id → member ids in order of arrival."""
        return {name: tuple(members) for name, members in self._members.items()}

    def group_of(self, message_id: str) -> str:
        """The group a message is in."""
        return self._group_of[message_id]

    def propose(self, message: Message) -> Proposal:
        """Where the message would go; nothing is remembered."""
        return self._propose(message.id, features(message, self.model))

    def proposals(self, message: Message, limit: int = 3) -> tuple[Proposal, ...]:
        """Every group that the message may belong to, the strongest first, at most `limit`; empty = a group of its own.

        A message with two problems is proposed to both questions; a person picks. Nothing is remembered.
        """
        ranked = self._ranked(message.id, features(message, self.model))
        return tuple(proposal for link, proposal in ranked[:limit] if link > self.model.settings.join_at)

    def add(self, message: Message) -> Proposal:
        """Remember the message and put it where proposed. Adding an id again changes nothing."""
        remembered = features(message, self.model)
        if message.id in self._features:
            return Proposal(self._group_of[message.id], 1.0, None, message.id)
        proposal = self._propose(message.id, remembered)
        self._features[message.id] = remembered
        most = self.model.settings.query_rows
        for key in candidate_keys(remembered, self.model):
            holders = self._by_key.setdefault(key, [])
            holders.append(message.id)
            if len(holders) >= 2 * most:
                # A burst: its latest messages lead to its question as well as all of them would, at a bounded price.
                del holders[:-most]
        self._place(message.id, proposal.group or message.id)
        return proposal

    def join(self, one: str, other: str) -> str:
        """A person says: same question. The two groups become one; returns its id."""
        keep, gone = sorted((self._group_of[one], self._group_of[other]), key=list(self._members).index)
        if keep != gone:
            for member in self._members.pop(gone):
                self._place(member, keep)
        return keep

    def split(self, one: str, other: str) -> None:
        """A person says: not the same question. `other` leaves the group of `one` (if they share it) for good."""
        self._barred.add(frozenset((one, other)))
        if self._group_of[one] != self._group_of[other]:
            return
        group = self._group_of[one]
        mover = one if other == group else other
        self._members[group].remove(mover)
        self._place(mover, mover)

    def _place(self, message_id: str, group: str) -> None:
        self._group_of[message_id] = group
        self._members.setdefault(group, []).append(message_id)

    def _candidates(self, asked: Features, own_id: str) -> list[str]:
        votes = Counter(m for key in query_keys(asked, self.model) for m in self._by_key.get(key, ()) if m != own_id)
        best = sorted(votes, key=lambda m: (-votes[m], m))[: self.model.settings.query_rows]
        groups = dict.fromkeys(self._group_of[m] for m in best)
        return list(dict.fromkeys([*best, *(m for g in groups for m in self._members[g][: self.SAMPLE])]))

    def _propose(self, own_id: str, asked: Features) -> Proposal:
        """The group with the strongest link, or a group of its own when no link is strong enough."""
        ranked = self._ranked(own_id, asked)
        if not ranked:
            return Proposal(None, 1.0)
        link, best = ranked[0]
        return (
            best if link > self.model.settings.join_at else replace(best, group=None, probability=1 - best.probability)
        )

    def _ranked(self, own_id: str, asked: Features) -> list[tuple[float, Proposal]]:
        """(strength of the link, proposal) of every candidate group that no person has refused, the strongest first."""
        names = self._candidates(asked, own_id)
        results = dict(zip(names, score(asked, [self._features[n] for n in names], self.model, explain=8), strict=True))
        found = []
        for group in dict.fromkeys(self._group_of[n] for n in names):
            if not self._is_barred(own_id, group):
                members = self._sample(group, results)
                nearest = max(members, key=lambda m: (members[m].weight, m))
                chance = belonging(np.array([r.probability for r in members.values()]))
                link = strength(np.array([r.weight for r in members.values()]), self.model.settings)
                found.append((link, Proposal(group, chance, members[nearest], nearest)))
        return sorted(found, key=lambda row: -row[0])

    def _sample(self, group: str, results: dict[str, Comparison]) -> dict[str, Comparison]:
        return {m: results[m] for m in self._members[group] if m in results}

    def _is_barred(self, own_id: str, group: str) -> bool:
        return any(frozenset((own_id, m)) in self._barred for m in self._members[group]) if self._barred else False
