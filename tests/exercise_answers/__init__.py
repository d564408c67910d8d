"""Whole answers to the exercises' questions, as students write them: right ones in other styles, and wrong ones."""
