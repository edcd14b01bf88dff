"""Tests of the stages, on real parts: demo site, sockets, Postgres, the shipped model."""
