"""Pictures: asked for, made as a job, shown."""
