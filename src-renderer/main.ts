/**
 * The page's start: styles and the one component that everything is in.
 */
import { createApp } from 'vue'
import App from './App.vue'
import './styles/fonts.css'
import './styles/tokens.css'
import './styles/base.css'
import './styles/layout.css'
import './styles/tasks.css'
import './styles/floating.css'

createApp(App).mount('#app')
