"""Reads a page: lines to blocks, blocks to operations, tables and samples to data, doubts to findings."""
