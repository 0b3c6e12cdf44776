"""Conversations: trees of questions and answers, of which one branch is shown."""
