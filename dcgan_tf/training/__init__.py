"""What no student need read: the machinery around a game of networks, its folder, its devices."""
