"""What follows when a code by SMS is not delivered in time: a call that says it."""
