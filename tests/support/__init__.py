"""What the tests above unit level share: a stack of their own, with the real engine."""
