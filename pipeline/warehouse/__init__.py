"""The store on Postgres: connections, schema, runs, and every statement that reads or writes rows.

Other packages declare what they need of a store as a Protocol (site memory, throttle, duplicate
candidates, window cache), and this package implements it.
"""
