"""Sentences made up with identifiers of nobody in them: what masking is measured on where no set of people's lines has
enough of a kind."""
