"""The demo district: a fictional subdistrict with invented people and a year of messages."""
