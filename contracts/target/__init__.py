"""The deployment under test: connecting, discovery, requests, listings, credentials, the stand-in's control."""
