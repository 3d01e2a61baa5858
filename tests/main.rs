mod scopes;
