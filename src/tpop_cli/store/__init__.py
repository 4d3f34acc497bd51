"""What is kept on disk: paths, configuration, profiles (state and picks), locks."""
