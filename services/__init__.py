"""The services of the campaign, each with its own store, meeting only in contracts and over HTTP."""
