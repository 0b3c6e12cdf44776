"""What a person sees and does on each page: locators by role and label, and verbs. Nothing here judges."""
