"""Files on disk: settings, profiles (state and picks), chats, models."""
