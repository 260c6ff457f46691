"""What is said next: pure functions from step, input and facts to a turn or an effect. No store, no clock, no words."""
